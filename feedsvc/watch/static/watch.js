// Loads the page again when the digests have another state than when it was made.
"use strict";
{
  const { src, dataset } = document.currentScript;

  const look = async () => {
    try {
      const answer = await fetch(new URL("state", src), { cache: "no-store" });
      if (answer.ok && (await answer.text()) !== dataset.state) {
        location.reload();
        return;
      }
    } catch {
      // The server is away for a moment, as when it is started again.
    }
    setTimeout(look, 500);
  };

  setTimeout(look, 500);
}
