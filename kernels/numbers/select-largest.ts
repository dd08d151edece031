/**
 * The value that `count` of the first n values reach or pass, those equal to it among them, by
 * quickselect; -Infinity where there are no more than `count`. `values` comes out of order.
 */
export function selectLargest(values: Float64Array, n: number, count: number): number {
  if (n <= count) return -Infinity;
  let low = 0;
  let high = n - 1;
  const place = n - count;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left > right) break;
      const value = values[left];
      values[left++] = values[right];
      values[right--] = value;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else break;
  }
  return values[place];
}
