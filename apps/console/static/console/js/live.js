/* The console's end of the socket, on every page, as window.atriumLive:
 *   subscribe(topic, callback)  hear what is said of a topic; returns what ends it
 *   on(event, callback)         hear an event, whatever its topic; returns what ends it
 *   follow(topic, show, chip)   draw the samples of a topic, with or without the socket
 */
(() => {
  "use strict";

  const FIRST = 1000; // milliseconds until the first new try
  const LONGEST = 30000;
  const SIGN_IN = 4401;
  const REMEMBERED = 300; // ids of events that were heard; what was heard may come again
  const KEY = "atrium.heard";
  const PAUSE = 3000; // milliseconds between two questions of a page that the socket brings nothing
  const LATE = 15000; // how long it may bring nothing until the page asks
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

  /* Puts a word on the chip of a page; a screen reader hears of changes alone. */
  const say = (chip, isLive) => {
    const text = isLive ? chip.dataset.live : chip.dataset.lost;
    if (chip.textContent === text) return;
    chip.textContent = text;
    chip.className = `at-chip at-chip-${isLive ? "good" : "bad"}`;
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
    /* Calls show(sample) with each sample of a topic. While the socket brings none, because it is cut or stuck, the page's own
     * address is asked for `?sample`, except by a page that nobody sees. The chip says whether a sample came, in the words of
     * its data-live and data-lost. */
    follow(topic, show, chip) {
      let heardAt = 0;
      const take = (sample) => {
        if (sample) show(sample);
        say(chip, Boolean(sample));
      };
      const ask = async () => {
        const before = heardAt;
        let sample = null;
        try {
          const answer = await fetch("?sample", { headers: { Accept: "application/json" } });
          if (answer.ok) sample = await answer.json();
        } catch {
          sample = null;
        }
        if (heardAt === before) take(sample); // else the socket was faster
      };
      const go = async () => {
        try {
          if (!document.hidden && Date.now() - heardAt > LATE) await ask();
        } finally {
          setTimeout(go, PAUSE);
        }
      };
      this.subscribe(topic, (message) => {
        if (message.type === "subscribed") return;
        const isRefused = message.type !== "sample"; // asking would be refused as well
        heardAt = isRefused ? Infinity : Date.now();
        take(isRefused ? null : message.data);
      });
      document.addEventListener("atrium:live", (event) => {
        if (event.detail === "off") heardAt = 0;
      });
      go();
    },
  };
})();
