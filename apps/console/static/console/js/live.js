/* The console's end of the socket: window.atriumLive.subscribe(topic, callback), .on(event, callback). */
(() => {
  "use strict";

  const FIRST = 1000; // milliseconds until the first new try
  const LONGEST = 30000;
  const SIGN_IN = 4401;
  const topics = new Map();
  const events = new Map();
  let socket = null;
  let isReady = false;
  let pause = FIRST;

  const state = (word) => {
    document.documentElement.dataset.live = word;
    document.dispatchEvent(new CustomEvent("atrium:live", { detail: word }));
  };
  const send = (message) => {
    if (isReady) socket.send(JSON.stringify(message));
  };

  const take = (message) => {
    if (message.type === "ready") {
      isReady = true;
      pause = FIRST;
      state("on");
      topics.forEach((_callbacks, topic) => send({ type: "subscribe", topic }));
    } else if (message.type === "event") {
      (events.get(message.event) || []).forEach((callback) => callback(message));
    }
    if (message.topic) (topics.get(message.topic) || []).forEach((callback) => callback(message));
  };

  const open = () => {
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/events`);
    socket.addEventListener("message", (event) => take(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => {
      isReady = false;
      state("off");
      if (event.code === SIGN_IN) return; // the next click leads to the sign-in
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
