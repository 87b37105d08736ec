// Files: up with the token, down by a signed address, for images and links cannot carry a token.

const addresses = new Map();

/** Uploads a file; `progress` hears of the share that is up, 0 to 1. */
export function upload(file, token, progress) {
  const request = new XMLHttpRequest();
  const done = new Promise((keep, fail) => {
    request.open("POST", "/files?name=" + encodeURIComponent(file.name));
    request.setRequestHeader("Authorization", "Bearer " + token);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onerror = () => fail(new Error("The connection was lost."));
    request.onabort = () => fail(new Error("It was cancelled."));
    request.onload = () => request.status === 201
      ? keep(request.response) : fail(new Error(request.response?.error?.message ?? "HTTP " + request.status));
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}

/** An address that works without a token; asked for anew when it is nearly over. */
export async function address(socket, id) {
  const known = addresses.get(id);
  if (known && new Date(known.expires_at) - Date.now() > 60000) return known.url;
  const answer = await socket.ask("file:url", { fileId: id });
  addresses.set(id, answer);
  return answer.url;
}

export function forget(id) { addresses.delete(id); }
