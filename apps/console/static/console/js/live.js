/* The console's end of the socket: window.atriumLive.subscribe(topic, callback), .on(event, callback). */
(() => {
  "use strict";

  const FIRST = 1000; // milliseconds until the first new try
  const LONGEST = 30000;
  const SIGN_IN = 4401;
  const REMEMBERED = 300; // ids of events that were heard; what was heard may come again
  const KEY = "atrium.heard";
  const topics = new Map();
  const events = new Map();
  let socket = null;
  let isReady = false;
  let wasReady = false;
  let session = null;
  let pause = FIRST;

  const state = (word) => {
    document.documentElement.dataset.live = word;
    document.dispatchEvent(new CustomEvent("atrium:live", { detail: word }));
  };
  const send = (message) => {
    if (isReady) socket.send(JSON.stringify(message));
  };
  const call = (event, message) => (events.get(event) || []).forEach((callback) => callback(message));

  /* What this tab has heard, across pages: the last id, and the ids of late. */
  let heard = { session: null, since: "0", ids: [] };
  try {
    heard = JSON.parse(sessionStorage.getItem(KEY)) || heard;
  } catch {
    sessionStorage.removeItem(KEY);
  }
  const isNews = (id) => {
    const text = String(id);
    if (heard.ids.includes(text)) return false;
    heard.ids = [...heard.ids, text].slice(-REMEMBERED);
    if (BigInt(text) > BigInt(heard.since)) heard.since = text;
    sessionStorage.setItem(KEY, JSON.stringify(heard));
    return true;
  };
  let latest = "0";
  const catchUp = (message) => {
    latest = String(message.latest);
    if (heard.session === message.session) {
      send({ type: "since", id: heard.since });
    } else {
      heard = { session: message.session, since: latest, ids: [] };
      sessionStorage.setItem(KEY, JSON.stringify(heard));
    }
  };

  const take = (message) => {
    if (message.id !== undefined && !isNews(message.id)) return;
    if (message.type === "ready") {
      isReady = wasReady = true;
      session = message.session;
      pause = FIRST;
      state("on");
      topics.forEach((_callbacks, topic) => send({ type: "subscribe", topic }));
      catchUp(message);
    } else if (message.type === "event") {
      if (message.event === "session.closed" && message.data.sid === session) call("ended", message);
      call(message.event, message);
    } else if (message.type === "gap") {
      if (BigInt(latest) > BigInt(heard.since)) heard.since = latest;
      sessionStorage.setItem(KEY, JSON.stringify(heard));
      call("gap", message);
    }
    if (message.topic) (topics.get(message.topic) || []).forEach((callback) => callback(message));
  };

  const open = () => {
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/events`);
    socket.addEventListener("message", (event) => take(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => {
      isReady = false;
      state("off");
      if (event.code === SIGN_IN) {
        if (wasReady) call("ended", {}); // else the next click leads to the sign-in
        return;
      }
      setTimeout(open, pause * (0.75 + Math.random() / 2));
      pause = Math.min(pause * 2, LONGEST);
    });
  };

  const add = (map, name, callback) => {
    if (!map.has(name)) map.set(name, new Set());
    map.get(name).add(callback);
    if (!socket) open();
    return () => map.get(name).delete(callback);
  };

  /* Besides the events of services there are "ended" (one's own session) and "gap" (news were missed). */
  window.atriumLive = {
    subscribe(topic, callback) {
      const isNew = !topics.has(topic);
      const leave = add(topics, topic, callback);
      if (isNew) send({ type: "subscribe", topic });
      return () => {
        leave();
        if (topics.get(topic).size === 0) {
          topics.delete(topic);
          send({ type: "unsubscribe", topic });
        }
      };
    },
    on(event, callback) {
      return add(events, event, callback);
    },
  };
})();
