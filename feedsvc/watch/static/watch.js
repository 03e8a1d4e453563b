// Loads the page again when the digests have another state than when it was made.
"use strict";
const script = document.currentScript;
const address = new URL("state", script.src);

async function look() {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== script.dataset.state) {
      location.reload();
      return;
    }
  } catch {
    // The server is away for a moment, as when it is started again.
  }
  setTimeout(look, 500);
}

setTimeout(look, 500);
