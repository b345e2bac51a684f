// Energy of sound by frequency, exact enough to see 90 dB down.

const size = 8192;

/** Energy above `hz` relative to the energy up to it, dB (−200 when there is none above). */
export function energyAbove(samples: Float32Array, rate: number, hz: number): number {
  let below = 0;
  let above = 0;
  for (let start = 0; start + size <= samples.length; start += size / 2) {
    const re = new Float64Array(size);
    const im = new Float64Array(size);
    for (let i = 0; i < size; i += 1) re[i] = samples[start + i]! * blackmanHarris(i);
    transform(re, im);
    for (let k = 1; k < size / 2; k += 1) {
      const energy = re[k]! ** 2 + im[k]! ** 2;
      if ((k * rate) / size > hz) above += energy;
      else below += energy;
    }
  }
  return below === 0 ? 0 : 10 * Math.log10(Math.max(above / below, 1e-20));
}

/** Side lobes 92 dB down: a plainer window would leak the band's own energy above the edge. */
function blackmanHarris(i: number): number {
  const x = (2 * Math.PI * i) / size;
  return 0.35875 - 0.48829 * Math.cos(x) + 0.14128 * Math.cos(2 * x) - 0.01168 * Math.cos(3 * x);
}

/** Radix-2 FFT in place. */
function transform(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i += 1) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let length = 2; length <= n; length <<= 1) {
    const angle = (-2 * Math.PI) / length;
    for (let i = 0; i < n; i += length) {
      for (let k = 0; k < length / 2; k += 1) {
        const cos = Math.cos(angle * k);
        const sin = Math.sin(angle * k);
        const a = i + k;
        const b = a + length / 2;
        const x = re[b]! * cos - im[b]! * sin;
        const y = re[b]! * sin + im[b]! * cos;
        re[b] = re[a]! - x;
        im[b] = im[a]! - y;
        re[a] = re[a]! + x;
        im[a] = im[a]! + y;
      }
    }
  }
}
