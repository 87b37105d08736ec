import HTTPTypes
import Hummingbird
import NIOCore

/// The admin page at `/` of the admin listener: one file, no outside assets, no data. The key is typed in and stays in
/// the tab's session storage; everything else the page asks of the admin endpoint.
enum AdminPage {
    static var response: Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-cache",
                .contentSecurityPolicy: policy, .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    /// Only what the page itself holds may run, and it may talk to nobody but the admin endpoint.
    private static let policy =
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; "
        + "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

    private static let html = #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Parley</title>
        <style>
        :root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
        body { margin: 0 auto; max-width: 64rem; padding: 1rem; }
        header, form, .row { display: flex; gap: .5rem; align-items: center; flex-wrap: wrap; }
        header h1 { margin: 0 auto 0 0; font-size: 1.3rem; }
        section { border-top: 1px solid #8886; margin-top: 1rem; padding-top: .5rem; }
        h2 { font-size: 1.05rem; margin: .3rem 0; }
        table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
        th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #8883; vertical-align: top; }
        td { overflow-wrap: anywhere; }
        input, select, button { font: inherit; padding: .2rem .5rem; }
        #notice { min-height: 1.4em; }
        #notice.bad { color: #c33; }
        output { font-family: ui-monospace, monospace; overflow-wrap: anywhere; user-select: all; }
        [hidden] { display: none !important; }
        </style>
        </head>
        <body>
        <header>
          <h1>Parley</h1>
          <form id="login"><input id="key" type="password" placeholder="admin key" autocomplete="off" required>
          <button>Use</button></form>
          <button id="logout" hidden>Forget the key</button>
        </header>
        <p id="notice" role="status">Type the key that lies in admin.key of the data directory.</p>
        <main hidden>
          <section><h2>Now</h2><div id="stats" class="row"></div></section>
          <section><h2>Users</h2>
            <form data-do="user"><input name="username" placeholder="username" required>
            <input name="display_name" placeholder="display name"><button>Make</button></form>
            <form data-do="find"><input name="q" placeholder="find"><button>Find</button></form>
            <table><thead><tr><th>username<th>id<th>status<th>last seen<th></tr></thead>
            <tbody id="users"></tbody></table>
            <button id="more-users" hidden>More</button>
            <p><output id="token"></output></p></section>
          <section><h2>Chats</h2>
            <form data-do="chat"><input name="name" placeholder="name">
            <input name="members" placeholder="members: names or ids, by comma" size="36"><button>Make</button></form>
            <table><thead><tr><th>name<th>id<th>type<th>members<th>messages<th></tr></thead>
            <tbody id="chats"></tbody></table>
            <button id="more-chats" hidden>More</button></section>
          <section id="chat" hidden><h2></h2>
            <form data-do="member"><input name="user_id" placeholder="user id" required>
            <select name="role"><option>member<option>admin<option>owner</select><button>Add</button></form>
            <table><thead><tr><th>username<th>id<th>role<th>joined<th></tr></thead><tbody id="members"></tbody></table>
            <button id="more-members" hidden>More</button>
            <form data-do="say"><input name="content" placeholder="a system message" size="40" required>
            <button>Send</button></form></section>
          <section><h2>Connections</h2>
            <table><thead><tr><th>user<th>address<th>transport<th>since<th></tr></thead>
            <tbody id="connections"></tbody></table>
            <button id="more-connections" hidden>More</button></section>
        </main>
        <script>
        "use strict";
        const $ = (id) => document.getElementById(id);
        let chat = null, query = "";
        const enc = encodeURIComponent;

        function say(text, bad) { $("notice").textContent = text; $("notice").className = bad ? "bad" : ""; }

        async function api(method, path, body) {
          const response = await fetch(path, {
            method, headers: { Authorization: "Bearer " + sessionStorage.parleyKey,
              ...(body ? { "Content-Type": "application/json" } : {}) },
            body: body ? JSON.stringify(body) : undefined });
          if (response.status === 204) return null;
          const answer = await response.json().catch(() => ({}));
          if (!response.ok) throw new Error(answer.error ? answer.error.message : "HTTP " + response.status);
          return answer;
        }

        function cells(row, values) {
          for (const value of values) row.insertCell().textContent = value === null ? "" : String(value);
        }

        function action(cell, label, run, question) {
          const button = document.createElement("button");
          button.textContent = label;
          button.onclick = () => (!question || confirm(question)) && attempt(run);
          cell.append(button, " ");
        }

        async function attempt(run) {
          try { await run(); } catch (error) { say(error.message, true); }
        }

        /* One list of the endpoint in one table, a page at a time. */
        async function list(name, path, show, after) {
          const page = await api("GET", path + (path.includes("?") ? "&" : "?") + "limit=50" +
            (after ? "&after=" + enc(after) : ""));
          if (!after) $(name).replaceChildren();
          for (const item of page.items) show($(name).insertRow(), item);
          const more = $("more-" + name);
          more.hidden = !page.next;
          more.onclick = () => attempt(() => list(name, path, show, page.next));
        }

        const showUsers = () => list("users", "/admin/users" + (query ? "?q=" + enc(query) : ""), (row, user) => {
          cells(row, [user.username + (user.display_name ? " (" + user.display_name + ")" : ""), user.id,
            user.blocked ? "blocked" : user.status, user.last_seen_at]);
          const cell = row.insertCell(), at = "/admin/users/" + enc(user.id);
          action(cell, "Token", async () => {
            const token = await api("POST", "/admin/tokens", { user_id: user.id, label: "admin page" });
            $("token").textContent = token.token;
            say("A token for " + user.username + ", until " + token.expires_at + ". It is shown this once.");
          });
          action(cell, user.blocked ? "Unblock" : "Block", async () => {
            await api("POST", at + (user.blocked ? "/unblock" : "/block"));
            await showUsers();
          });
          action(cell, "Disconnect", () => api("POST", at + "/disconnect"));
          action(cell, "Delete", async () => { await api("DELETE", at); await refresh(); },
            "Delete " + user.username + "? The messages stay.");
        });

        const showChats = () => list("chats", "/admin/chats", (row, item) => {
          cells(row, [item.name, item.id, item.type, item.member_count, item.last_seq]);
          const cell = row.insertCell();
          action(cell, "Open", async () => { chat = item; await showMembers(); });
          action(cell, "Delete", async () => {
            await api("DELETE", "/admin/chats/" + enc(item.id));
            if (chat && chat.id === item.id) chat = null;
            await refresh();
          }, "Delete the chat " + (item.name || item.id) + " and its messages?");
        });

        async function showMembers() {
          $("chat").hidden = !chat;
          if (!chat) return;
          const at = "/admin/chats/" + enc(chat.id) + "/members";
          $("chat").querySelector("h2").textContent = "Chat " + (chat.name || chat.id);
          await list("members", at, (row, member) => {
            cells(row, [member.username, member.user_id, member.role, member.joined_at]);
            action(row.insertCell(), "Remove", async () => {
              await api("DELETE", at + "/" + enc(member.user_id));
              await refresh();
            });
          });
        }

        const showConnections = () => list("connections", "/admin/connections", (row, item) => {
          cells(row, [item.user_id, item.address, item.transport, item.connected_at]);
          action(row.insertCell(), "End", async () => {
            await api("DELETE", "/admin/connections/" + enc(item.sid));
            await showConnections();
          });
        });

        async function showStats() {
          const stats = await api("GET", "/admin/stats");
          $("stats").replaceChildren(...Object.entries(stats).map(([name, value]) => {
            const item = document.createElement("span");
            item.textContent = name.replace("_", " ") + ": " + value;
            return item;
          }));
        }

        async function refresh() {
          await showStats();
          await Promise.all([showUsers(), showChats(), showMembers(), showConnections()]);
        }

        async function open() {
          try {
            await refresh();
            document.querySelector("main").hidden = false;
            $("login").hidden = true;
            $("logout").hidden = false;
            say("");
          } catch (error) {
            delete sessionStorage.parleyKey;
            say(error.message, true);
          }
        }

        const forms = {
          user: async (f) => {
            await api("POST", "/admin/users", { username: f.username, display_name: f.display_name || null });
            await showUsers();
          },
          find: async (f) => { query = f.q; await showUsers(); },
          chat: async (f) => {
            const members = f.members.split(",").map((name) => name.trim()).filter(Boolean);
            chat = await api("POST", "/admin/chats", { name: f.name || null, member_ids: members });
            await refresh();
          },
          member: async (f) => {
            await api("PUT", "/admin/chats/" + enc(chat.id) + "/members/" + enc(f.user_id), { role: f.role });
            await refresh();
          },
          say: async (f) => {
            await api("POST", "/admin/chats/" + enc(chat.id) + "/messages", { content: f.content });
            await showChats();
          },
        };
        for (const form of document.querySelectorAll("form[data-do]")) {
          form.onsubmit = (event) => {
            event.preventDefault();
            const fields = Object.fromEntries(new FormData(form));
            attempt(async () => { say(""); await forms[form.dataset.do](fields); form.reset(); });
          };
        }
        $("login").onsubmit = (event) => {
          event.preventDefault();
          sessionStorage.parleyKey = $("key").value.trim();
          $("key").value = "";
          open();
        };
        $("logout").onclick = () => { delete sessionStorage.parleyKey; location.reload(); };
        if (sessionStorage.parleyKey) open();
        </script>
        </body>
        </html>
        """#
}
