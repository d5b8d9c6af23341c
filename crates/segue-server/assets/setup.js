// A one-time link's secret stands behind the "#", which browsers do not send: it is put into the form here.
const field = document.querySelector("input[name=secret]");
if (field && location.hash.length > 1) {
  field.value = location.hash.slice(1);
  field.closest(".field").hidden = true;
  history.replaceState(null, "", location.pathname);
}
