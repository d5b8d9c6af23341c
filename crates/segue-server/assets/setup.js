// A one-time link's secret stands behind the "#", which browsers do not send: it is put into the form here. Whether the link
// still works is asked at once, before anybody thinks of a password.
const field = document.querySelector("input[name=secret]");
const spent = document.getElementById("spent");

async function begin() {
  if (!field || location.hash.length < 2) return;
  field.value = location.hash.slice(1);
  field.closest(".field").hidden = true;
  history.replaceState(null, "", location.pathname);
  const answer = await fetch("/setup/link", { method: "POST", body: new URLSearchParams({ secret: field.value }) }).catch(() => null);
  spent.hidden = answer?.status !== 410;
  field.form.hidden = !spent.hidden;
}

window.addEventListener("hashchange", begin);
begin();
