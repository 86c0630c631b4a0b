// What pages do beyond links and forms; everything works, a little slower, without it.
(function () {
  "use strict";
  const root = document.documentElement;
  const secure = location.protocol === "https:" ? "; Secure" : "";

  function keep(name, value) {
    document.cookie = name + "=" + value + "; Path=/; Max-Age=31536000; SameSite=Lax" + secure;
  }

  function isDark() {
    const chosen = root.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  // Light or dark, menu folded or not: at once, without asking the server.
  document.querySelectorAll("[data-preferences]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      const button = event.submitter;
      if (!button) return;
      event.preventDefault();
      if (button.name === "theme") {
        const next = isDark() ? "light" : "dark";
        root.dataset.theme = next;
        keep("perennial_theme", next);
        document.dispatchEvent(new Event("perennial:theme"));
      } else {
        const folded = root.dataset.rail !== "folded";
        if (folded) root.dataset.rail = "folded";
        else delete root.dataset.rail;
        keep("perennial_rail", folded ? "folded" : "open");
        dispatchEvent(new Event("resize"));
      }
    });
  });

  // Ctrl K: find anything.
  const palette = document.getElementById("palette");
  const input = document.getElementById("palette-input");
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  document.querySelectorAll("[data-key]").forEach(function (key) {
    key.textContent = isMac ? "⌘K" : "Ctrl K";
  });

  function open() {
    if (!palette || palette.open || !window.htmx) return false;
    palette.showModal();
    input.value = "";
    htmx.trigger(input, "palette");
    input.focus();
    return true;
  }

  function hits() {
    return Array.from(palette.querySelectorAll("[role=option]"));
  }

  function select(hit) {
    hits().forEach(function (other) { other.setAttribute("aria-selected", String(other === hit)); });
    if (!hit) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", hit.id);
    hit.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", function (event) {
    if ((event.metaKey || event.ctrlKey) && !event.altKey && event.key.toLowerCase() === "k") {
      if (open()) event.preventDefault();
    } else if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
      const search = document.getElementById("search");
      if (search) { event.preventDefault(); search.focus(); }
    }
  });

  const finder = document.querySelector("[data-find]");
  if (finder) finder.addEventListener("click", function (event) { if (open()) event.preventDefault(); });

  if (palette) {
    palette.addEventListener("click", function (event) { if (event.target === palette) palette.close(); });
    palette.addEventListener("htmx:afterSwap", function () { select(hits()[0]); });
    palette.querySelector("form").addEventListener("submit", function (event) {
      const chosen = palette.querySelector("[aria-selected=true]");
      if (chosen) { event.preventDefault(); location.assign(chosen.href); }
    });
    input.addEventListener("keydown", function (event) {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      const all = hits();
      if (!all.length) return;
      const now = all.findIndex(function (hit) { return hit.getAttribute("aria-selected") === "true"; });
      const step = event.key === "ArrowDown" ? 1 : -1;
      select(all[(now + step + all.length) % all.length]);
    });
  }

  // On a phone the menu is wider than the screen: the current room comes into sight.
  const room = document.querySelector(".menu [aria-current]");
  if (room) room.parentElement.scrollLeft = room.offsetLeft - (room.parentElement.clientWidth - room.offsetWidth) / 2;

  // The search box follows the address when a filter's link cleared it.
  document.addEventListener("htmx:pushedIntoHistory", function () {
    const search = document.getElementById("search");
    if (!search || document.activeElement === search) return;
    search.value = new URLSearchParams(location.search).get("q") || "";
  });

  // Parts that move ask once a second whether anything changed, while somebody can see them.
  setInterval(function () {
    if (document.hidden || !window.htmx) return;
    document.querySelectorAll("[data-live]").forEach(function (part) { htmx.trigger(part, "tick"); });
  }, 1000);

  // A part that can't be fetched (signed out, server away) is fetched as a whole page, which says what is wrong.
  document.addEventListener("htmx:responseError", function (event) {
    const path = event.detail.pathInfo && event.detail.pathInfo.finalRequestPath;
    if (event.detail.requestConfig.verb === "get" && path && event.target.id !== "palette-input" && !event.target.matches("[data-live]")) location.assign(path);
  });
})();
