/* What the console tells whoever is at it: notices, that their permissions changed, that their session ended. */
(() => {
  "use strict";

  const MOST = 4;
  const LEAVING = 3000; // milliseconds; a page that is being left goes where it was told to
  let isLeaving = false;

  const make = (tag, name, text) => {
    const item = document.createElement(tag);
    item.className = name;
    item.textContent = text;
    return item;
  };

  /* Only addresses of this site, written without its name, are followed. */
  const isOurs = (address) => {
    if (typeof address !== "string" || !/^\/(?![/\\])/.test(address)) return false;
    try {
      return new URL(address, location.href).origin === location.origin;
    } catch {
      return false;
    }
  };

  const start = (box) => {
    const show = ({ title, text, kind, action }) => {
      if (kind) box.querySelectorAll(`[data-kind="${kind}"]`).forEach((item) => item.remove());
      const toast = make("div", "at-toast", "");
      if (kind) toast.dataset.kind = kind;
      const words = make("div", "at-toast-words", "");
      if (title) words.append(make("p", "at-strong", title));
      if (text) words.append(make("p", "at-toast-text", text));
      if (action) words.append(action);
      const close = make("button", "at-toast-close", "×");
      close.type = "button";
      close.setAttribute("aria-label", box.dataset.dismiss);
      close.addEventListener("click", () => toast.remove());
      toast.append(words, close);
      box.append(toast);
      while (box.children.length > MOST) box.firstElementChild.remove();
    };
    const reload = () => {
      const button = make("button", "at-link at-toast-action", box.dataset.reload);
      button.type = "button";
      button.addEventListener("click", () => location.reload());
      return button;
    };
    const link = (address) => {
      const made = make("a", "at-link at-toast-action", box.dataset.open);
      made.href = address;
      return made;
    };

    window.atriumLive.on("notice", ({ data }) => {
      const [title, text] = [data.title, data.text].map((part) => (part ? String(part) : ""));
      if (title || text) show({ title, text, action: isOurs(data.url) ? link(data.url) : null });
    });
    window.atriumLive.on("permissions.changed", () => show({ text: box.dataset.changed, kind: "changed", action: reload() }));
    window.atriumLive.on("gap", () => show({ text: box.dataset.missed, kind: "missed", action: reload() }));
    window.atriumLive.on("ended", () => {
      const here = encodeURIComponent(location.pathname + location.search);
      setTimeout(() => location.assign(`${box.dataset.signIn}?next=${here}`), isLeaving ? LEAVING : 0);
    });
    window.addEventListener("beforeunload", () => { isLeaving = true; });
  };

  window.addEventListener("DOMContentLoaded", () => {
    const box = document.getElementById("at-toasts");
    if (box) start(box);
  });
})();
