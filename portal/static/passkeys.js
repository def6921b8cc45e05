/* Passkeys: what the server asks, the browser asks the person's device, and the answer goes back. */

(() => {
  "use strict";

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  async function post(address, token, body) {
    const answer = await fetch(address, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.problem ?? "");
    return said;
  }

  async function use(options) {
    const known = options.allowCredentials.map((one) => ({ ...one, id: bytes(one.id) }));
    const made = await navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: known } });
    const { authenticatorData, clientDataJSON, signature, userHandle } = made.response;
    return sent(made, {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    });
  }

  async function make(options) {
    const known = options.excludeCredentials.map((one) => ({ ...one, id: bytes(one.id) }));
    const user = { ...options.user, id: bytes(options.user.id) };
    const made = await navigator.credentials.create({ publicKey: { ...options, user, challenge: bytes(options.challenge), excludeCredentials: known } });
    const { attestationObject, clientDataJSON } = made.response;
    return sent(made, { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) });
  }

  const sent = (made, response) => ({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} });

  for (const place of document.querySelectorAll("[data-passkey]")) {
    const button = place.querySelector("button");
    const problem = place.querySelector("[role=alert]");
    const tell = (words) => { problem.textContent = words; problem.hidden = !words; };
    const { origin, sayNone, sayElsewhere, sayUnused, sayFailed } = place.dataset;
    if (!window.PublicKeyCredential || location.origin !== origin) {
      button.disabled = true;
      tell(location.origin === origin ? sayNone : sayElsewhere);
      continue;
    }
    button.addEventListener("click", async () => {
      tell("");
      button.setAttribute("aria-disabled", "true");
      try {
        const { begin, finish, token, passkey } = place.dataset;
        const options = await post(begin, token, {});
        const made = await (passkey === "make" ? make(options) : use(options));
        location.assign((await post(finish, token, made)).go);
      } catch (error) {
        tell(error.name === "NotAllowedError" || error.name === "InvalidStateError" ? sayUnused : error.message || sayFailed);
        button.removeAttribute("aria-disabled");
      }
    });
  }
})();
