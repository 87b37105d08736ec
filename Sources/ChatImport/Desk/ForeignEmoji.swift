import ByteText

/// Reactions that other programs call by name. Names that are not here, custom ones above all, stay as `:name:`.
enum ForeignEmoji {
    /// - Parameter name: without colons; a tone of skin may follow, as in `+1::skin-tone-3`.
    static func reaction(_ name: ByteString) -> String {
        let parts = name.prefix(atMost: 128).utf8.split(separator: UInt8(ascii: ":"))
            .map { ByteString(decoding: $0) }
        guard let first = parts.first, let emoji = table[first] else { return ":\(name.prefix(atMost: 62)):" }
        guard parts.count > 1, let tone = tones[parts[1]] else { return emoji }
        return emoji + tone
    }

    private static let tones: [ByteString: String] = [
        "skin-tone-2": "\u{1F3FB}", "skin-tone-3": "\u{1F3FC}", "skin-tone-4": "\u{1F3FD}",
        "skin-tone-5": "\u{1F3FE}", "skin-tone-6": "\u{1F3FF}",
    ]

    private static let table: [ByteString: String] = Dictionary(
        words.split(separator: " ").compactMap { word in
            let parts = word.split(separator: "=")
            return parts.count == 2 ? (ByteString(parts[0]), String(parts[1])) : nil
        }, uniquingKeysWith: { first, _ in first })

    private static let words = """
        +1=👍 thumbsup=👍 -1=👎 thumbsdown=👎 heart=❤️ smile=😄 smiley=😃 grinning=😀 grin=😁 joy=😂 rofl=🤣 \
        laughing=😆 satisfied=😆 sweat_smile=😅 wink=😉 blush=😊 slightly_smiling_face=🙂 simple_smile=🙂 \
        upside_down_face=🙃 heart_eyes=😍 kissing_heart=😘 star-struck=🤩 star_struck=🤩 yum=😋 \
        stuck_out_tongue=😛 stuck_out_tongue_winking_eye=😜 zany_face=🤪 hugging_face=🤗 hugs=🤗 thinking_face=🤔 \
        thinking=🤔 face_with_rolling_eyes=🙄 roll_eyes=🙄 neutral_face=😐 expressionless=😑 no_mouth=😶 smirk=😏 \
        unamused=😒 grimacing=😬 relieved=😌 pensive=😔 sleepy=😪 sleeping=😴 mask=😷 exploding_head=🤯 \
        face_with_cowboy_hat=🤠 sunglasses=😎 nerd_face=🤓 face_with_monocle=🧐 confused=😕 worried=😟 \
        slightly_frowning_face=🙁 white_frowning_face=☹️ open_mouth=😮 hushed=😯 astonished=😲 flushed=😳 \
        pleading_face=🥺 fearful=😨 cold_sweat=😰 cry=😢 sob=😭 scream=😱 disappointed=😞 sweat=😓 weary=😩 \
        tired_face=😫 triumph=😤 rage=😡 angry=😠 smiling_imp=😈 skull=💀 hankey=💩 poop=💩 clown_face=🤡 ghost=👻 \
        alien=👽 robot_face=🤖 robot=🤖 see_no_evil=🙈 hear_no_evil=🙉 speak_no_evil=🙊 salute=🫡 saluting_face=🫡 \
        melting_face=🫠 partying_face=🥳 innocent=😇 wave=👋 raised_hand=✋ hand=✋ ok_hand=👌 v=✌️ \
        crossed_fingers=🤞 point_up=☝️ point_up_2=👆 point_down=👇 point_left=👈 point_right=👉 fist=✊ facepunch=👊 \
        punch=👊 clap=👏 raised_hands=🙌 open_hands=👐 handshake=🤝 pray=🙏 muscle=💪 writing_hand=✍️ eyes=👀 eye=👁️ \
        brain=🧠 shrug=🤷 facepalm=🤦 face_palm=🤦 man-shrugging=🤷‍♂️ woman-shrugging=🤷‍♀️ man-facepalming=🤦‍♂️ \
        woman-facepalming=🤦‍♀️ raising_hand=🙋 bow=🙇 dancer=💃 runner=🏃 running=🏃 orange_heart=🧡 yellow_heart=💛 \
        green_heart=💚 blue_heart=💙 purple_heart=💜 black_heart=🖤 white_heart=🤍 broken_heart=💔 two_hearts=💕 \
        sparkling_heart=💖 heartbeat=💓 100=💯 boom=💥 collision=💥 dizzy=💫 speech_balloon=💬 zzz=💤 fire=🔥 \
        sparkles=✨ star=⭐ star2=🌟 zap=⚡ sunny=☀️ rainbow=🌈 cloud=☁️ snowflake=❄️ umbrella=☔ ocean=🌊 droplet=💧 \
        tada=🎉 confetti_ball=🎊 balloon=🎈 birthday=🎂 gift=🎁 trophy=🏆 medal=🏅 first_place_medal=🥇 dart=🎯 \
        soccer=⚽ video_game=🎮 art=🎨 musical_note=🎵 headphones=🎧 movie_camera=🎥 camera=📷 phone=☎️ computer=💻 \
        bulb=💡 money_with_wings=💸 moneybag=💰 envelope=✉️ email=📧 package=📦 pencil=📝 memo=📝 pencil2=✏️ \
        paperclip=📎 pushpin=📌 calendar=📅 chart_with_upwards_trend=📈 chart_with_downwards_trend=📉 lock=🔒 \
        unlock=🔓 key=🔑 hammer=🔨 wrench=🔧 gear=⚙️ link=🔗 mag=🔍 books=📚 book=📖 bookmark=🔖 bell=🔔 \
        no_bell=🔕 mega=📣 loudspeaker=📢 hourglass=⌛ hourglass_flowing_sand=⏳ alarm_clock=⏰ watch=⌚ rocket=🚀 \
        airplane=✈️ car=🚗 bike=🚲 ship=🚢 house=🏠 office=🏢 coffee=☕ tea=🍵 beer=🍺 beers=🍻 wine_glass=🍷 \
        champagne=🍾 clinking_glasses=🥂 pizza=🍕 hamburger=🍔 taco=🌮 cake=🍰 cookie=🍪 doughnut=🍩 apple=🍎 \
        banana=🍌 avocado=🥑 popcorn=🍿 dog=🐶 cat=🐱 unicorn_face=🦄 unicorn=🦄 bug=🐛 bee=🐝 snail=🐌 turtle=🐢 \
        penguin=🐧 whale=🐳 octopus=🐙 crab=🦀 monkey=🐒 pig=🐷 cow=🐮 fox_face=🦊 bear=🐻 panda_face=🐼 \
        four_leaf_clover=🍀 seedling=🌱 evergreen_tree=🌲 rose=🌹 sunflower=🌻 cherry_blossom=🌸 earth_africa=🌍 \
        earth_americas=🌎 earth_asia=🌏 checkered_flag=🏁 white_check_mark=✅ heavy_check_mark=✔️ \
        ballot_box_with_check=☑️ x=❌ negative_squared_cross_mark=❎ heavy_plus_sign=➕ heavy_minus_sign=➖ \
        question=❓ grey_question=❔ exclamation=❗ heavy_exclamation_mark=❗ bangbang=‼️ interrobang=⁉️ warning=⚠️ \
        no_entry=⛔ no_entry_sign=🚫 stop_sign=🛑 construction=🚧 rotating_light=🚨 sos=🆘 ok=🆗 new=🆕 free=🆓 \
        up=🆙 cool=🆒 recycle=♻️ red_circle=🔴 large_blue_circle=🔵 large_green_circle=🟢 large_yellow_circle=🟡 \
        white_circle=⚪ black_circle=⚫ arrow_up=⬆️ arrow_down=⬇️ arrow_left=⬅️ arrow_right=➡️ \
        arrows_counterclockwise=🔄 repeat=🔁 one=1️⃣ two=2️⃣ three=3️⃣ four=4️⃣ five=5️⃣ six=6️⃣ seven=7️⃣ eight=8️⃣ \
        nine=9️⃣ zero=0️⃣ keycap_ten=🔟
        """
}
