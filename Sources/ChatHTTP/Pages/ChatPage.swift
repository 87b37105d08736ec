import ByteText
import HTTPTypes
import Hummingbird

/// The chat page at `/` of the public listener: a small client of this server's own, in plain JavaScript.
///
/// It holds no data and needs no asset from elsewhere; the token is pasted in, or stands behind the address as
/// `#token=…`, and stays in the tab's session storage.
enum ChatPage {
    static let assets: [PageAsset] = [
        PageAsset("/", "text/html; charset=utf-8", PackageResources.chat_html, policy: policy),
        PageAsset("/chat/chat.css", "text/css; charset=utf-8", PackageResources.chat_css),
        script("app", PackageResources.app_js), script("chat", PackageResources.chat_js),
        script("chats", PackageResources.chats_js), script("composer", PackageResources.composer_js),
        script("dom", PackageResources.dom_js), script("draft", PackageResources.draft_js),
        script("files", PackageResources.files_js), script("media", PackageResources.media_js),
        script("message", PackageResources.message_js), script("outbox", PackageResources.outbox_js),
        script("people", PackageResources.people_js), script("search", PackageResources.search_js),
        script("socket", PackageResources.socket_js), script("thread", PackageResources.thread_js),
        script("view", PackageResources.view_js),
    ]

    static let paths = Set(assets.map { ByteString($0.path) })

    /// Nothing runs but the files above, and the page talks to nobody but this server. `data:` is for the empty icon.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "media-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

    private static func script(_ name: String, _ bytes: [UInt8]) -> PageAsset {
        PageAsset("/chat/\(name).js", "text/javascript; charset=utf-8", bytes)
    }
}
