/**
 * The search over the map. The points of the picture come in the order of the data, and all text is
 * set as text. Without scripting the page lacks the search alone.
 */
export const PAGE_SCRIPT = `
const { words, buckets } = JSON.parse(document.getElementById('map-data').textContent);
const map = document.getElementById('map');
const circles = map.querySelectorAll('circle');
const found = document.getElementById('found');
const search = document.getElementById('search');
search.addEventListener('input', () => {
  const query = search.value.trim().toLowerCase();
  const exact = words.indexOf(query);
  const begin = (word) => word.startsWith(query);
  const shares = (at) => buckets[at].some((bucket, table) => bucket === buckets[exact][table]);
  const places = words.map((_, at) => at);
  const hits = query === '' ? [] : places.filter((at) => exact < 0 ? begin(words[at]) : at === exact);
  const mates = exact < 0 ? [] : places.filter((at) => at !== exact && shares(at));
  map.classList.toggle('searched', hits.length > 0);
  circles.forEach((circle, at) => {
    circle.classList.toggle('hit', hits.includes(at));
    circle.classList.toggle('mate', mates.includes(at));
  });
  const names = (list) => {
    const shown = list.slice(0, 40).map((at) => words[at]).join(', ');
    return shown + (list.length > 40 ? ' and ' + (list.length - 40) + ' more' : '');
  };
  const said = () => {
    if (query === '') return '';
    if (hits.length === 0) return 'nothing on the map begins with ' + query;
    if (exact < 0) return 'begin so: ' + names(hits);
    if (mates.length === 0) return words[exact] + ' shares no bucket with anything on the map';
    return words[exact] + ' shares a bucket with ' + names(mates);
  };
  found.textContent = said();
});
`;
