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
  const hits = query === '' ? [] : exact >= 0 ? [exact] : words.flatMap((word, at) => word.startsWith(query) ? [at] : []);
  const mates = exact < 0 ? [] : words.flatMap((_, at) => at !== exact && buckets[at].some((bucket, table) => bucket === buckets[exact][table]) ? [at] : []);
  map.classList.toggle('searched', hits.length > 0);
  circles.forEach((circle, at) => {
    circle.classList.toggle('hit', hits.includes(at));
    circle.classList.toggle('mate', mates.includes(at));
  });
  const names = (list) => list.slice(0, 40).map((at) => words[at]).join(', ') + (list.length > 40 ? ' and ' + (list.length - 40) + ' more' : '');
  found.textContent = query === '' ? '' : hits.length === 0 ? 'nothing on the map begins with ' + query
    : exact < 0 ? 'begin so: ' + names(hits)
    : mates.length === 0 ? words[exact] + ' shares no bucket with anything on the map' : words[exact] + ' shares a bucket with ' + names(mates);
});
`;
