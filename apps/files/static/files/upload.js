/* Sends one file: a small one in one request, a large one in parts that a lost network does not lose. */
(() => {
  "use strict";

  const PAUSES = [1000, 2000, 5000, 10000, 30000]; // milliseconds between two attempts
  const TRIES = 3; // of a part that arrives broken
  const OVERLOADED = [429, 502, 503, 504];

  /* Answers {status, data}; status 0 is a network that is gone. */
  const call = (method, url, { body = null, headers = {}, onprogress = null, signal = null } = {}) =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open(method, url);
      Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
      if (onprogress) request.upload.onprogress = (event) => onprogress(event.loaded);
      request.onloadend = () => {
        let data = null;
        try { data = JSON.parse(request.responseText); } catch { /* no answer of ours */ }
        resolve({ status: data || request.status !== 200 ? request.status : 403, data });
      };
      signal?.addEventListener("abort", () => request.abort(), { once: true });
      request.send(body);
    });

  /* Waits for the network to be back; where the browser says nothing of it, for a while. */
  const wait = (milliseconds, signal) => new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
    signal.addEventListener("abort", done);
  });

  /* What was begun is known again by its file, also after the page was loaded anew. */
  const remembered = (box, file) => `atrium-upload:${box.dataset.folder}:${file.size}:${file.lastModified}:${file.name}`;
  const store = {
    get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* then it begins anew */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* nothing is kept */ } },
  };

  class Refused extends Error {}

  const inParts = async (box, token, file, told, signal) => {
    const key = remembered(box, file);
    const headers = { "X-CSRFToken": token };
    const address = (name) => `${box.dataset.uploads}${name}/`;

    /* Asks until there is an answer that is the server's own. */
    const surely = async (method, url, options = {}) => {
      for (let attempt = 0; ; attempt += 1) {
        const answer = await call(method, url, { ...options, headers: { ...headers, ...options.headers }, signal });
        if (signal.aborted) throw new Refused("");
        if (answer.status !== 0 && !OVERLOADED.includes(answer.status)) return { ...answer, attempt };
        told.waiting();
        await wait(PAUSES[Math.min(attempt, PAUSES.length - 1)], signal);
      }
    };
    const ok = (answer) => {
      if (answer.status !== 200) throw new Refused(answer.data?.message || box.dataset.failed);
      return answer.data;
    };
    const open = async () => {
      const begun = store.get(key);
      const found = begun && await surely("GET", address(begun));
      if (found && found.status === 200 && found.data.size === file.size) {
        told.on();
        return found.data;
      }
      const body = new URLSearchParams({ name: file.name, size: file.size, folder: box.dataset.folder });
      const made = ok(await surely("POST", box.dataset.uploads, { body }));
      store.set(key, made.uuid);
      return made;
    };
    const sendPart = async (upload, number, sent) => {
      const from = (number - 1) * upload.part_bytes;
      const bytes = await file.slice(from, from + upload.part_bytes).arrayBuffer();
      const url = `${address(upload.uuid)}${number}/?sha256=${await window.atriumSha256.of(bytes)}`;
      for (let tries = 1; ; tries += 1) {
        const answer = await surely("PUT", url, {
          body: bytes,
          headers: { "Content-Type": "application/octet-stream" },
          onprogress: (loaded) => told.progress((sent + Math.min(loaded, bytes.byteLength)) / file.size),
        });
        if (answer.status !== 400 || tries === TRIES) return ok(answer) && bytes.byteLength;
      }
    };

    let upload = await open();
    signal.addEventListener("abort", () => {
      store.drop(key);
      call("DELETE", address(upload.uuid), { headers });
    }, { once: true });
    const size = (number) => Math.min(upload.part_bytes, file.size - (number - 1) * upload.part_bytes);
    let sent = file.size - upload.missing.reduce((sum, number) => sum + size(number), 0);
    told.progress(sent / file.size);
    for (const number of upload.missing) {
      sent += await sendPart(upload, number, sent);
      told.progress(sent / file.size);
    }
    const made = await surely("POST", address(upload.uuid));
    store.drop(key); // what is refused now is refused again: it begins anew
    if (made.status === 404 && made.attempt) return; // the answer of an earlier attempt was lost
    ok(made);
  };

  const inOne = async (box, token, file, told, signal) => {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", token);
    body.append("folder", box.dataset.folder);
    body.append("file", file);
    const answer = await call("POST", box.dataset.send, { body, signal, onprogress: (loaded) => told.progress(Math.min(loaded / file.size, 1)) });
    if (signal.aborted) throw new Refused("");
    if (answer.status !== 200) throw new Refused(answer.data?.message || box.dataset.failed);
  };

  /* Resolves to "" when the file is there, to what was said when it is not. */
  window.atriumUpload = async (box, token, file, told, signal) => {
    const send = file.size > Number(box.dataset.part) ? inParts : inOne;
    try {
      await send(box, token, file, told, signal);
      return "";
    } catch (error) {
      if (signal.aborted) return box.dataset.givenUp;
      return (error instanceof Refused && error.message) || box.dataset.failed;
    }
  };
})();
