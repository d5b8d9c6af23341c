// Connect shows what the account answers without leaving the form, and the text that is agreed to names the host typed.
import { refuse, withdraw } from "./forms.js";

const form = document.querySelector("form[data-connect]");
const host = form.elements.host;
const named = document.getElementById("consent-host");
const unnamed = named.textContent;
host.addEventListener("input", () => {
  named.textContent = host.value.trim().replace(/^https?:\/\//i, "").replace(/\/.*$/, "") || unnamed;
});

const button = form.querySelector("button[formaction]");
const place = document.getElementById("account");
button?.addEventListener("click", async (event) => {
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  body.delete("password");
  body.set("part", "account");
  withdraw(form);
  button.disabled = true;
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(button.formAction, { method: "POST", body, headers: { accept: "text/html" } });
    if (!answer.ok && answer.status !== 422) throw new Error(answer.statusText);
    place.innerHTML = await answer.text();
  } catch (error) {
    button.disabled = false;
    if (error instanceof TypeError) return refuse(form, button);
    // A page says what is the matter, and keeps what was typed.
    form.requestSubmit(button);
  } finally {
    button.disabled = false;
    place.removeAttribute("aria-busy");
    // A button that rests lets go of the keyboard.
    if (document.activeElement === document.body) button.focus();
  }
});
