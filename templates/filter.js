(function () {
  var box = document.getElementById("filter"), input = document.getElementById("wanted"), shown = document.getElementById("shown");
  var rows = Array.from(document.querySelectorAll(".channels > li"));
  var plain = function (text) { return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase(); };
  var names = rows.map(function (row) { return plain(row.querySelector("h3").textContent); });
  var filter = function () {
    var words = plain(input.value).split(/\s+/).filter(Boolean), count = 0;
    rows.forEach(function (row, at) {
      row.hidden = !words.every(function (word) { return names[at].includes(word); });
      count += row.hidden ? 0 : 1;
    });
    document.querySelectorAll(".axis").forEach(function (axis) { axis.hidden = !axis.querySelector("li:not([hidden]) > h3"); });
    shown.textContent = words.length ? box.dataset.shown + ": " + count + " / " + rows.length : "";
  };
  if (rows.length < 2) return;
  box.hidden = false;
  input.addEventListener("input", filter);
  filter();
})();
