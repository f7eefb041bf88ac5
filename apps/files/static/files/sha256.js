/* SHA-256 of bytes, as hexadecimal digits. Browsers offer their own only on encrypted pages and on
   the machine itself; elsewhere it is reckoned here. Source: FIPS 180-4. */
(() => {
  "use strict";

  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
  const fraction = (number) => ((number - Math.floor(number)) * 2 ** 32) | 0;
  const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const turn = (word, by) => (word >>> by) | (word << (32 - by));

  const block = (state, words) => {
    for (let i = 16; i < 64; i += 1) {
      const a = words[i - 15];
      const b = words[i - 2];
      const low = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
      const high = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
      words[i] = (words[i - 16] + low + words[i - 7] + high) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + words[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] = (state[i] + word) | 0; });
  };

  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const reckon = (buffer) => {
    const length = buffer.byteLength;
    const whole = length - (length % 64);
    const rest = new Uint8Array(length % 64 < 56 ? 64 : 128);
    rest.set(new Uint8Array(buffer, whole));
    rest[length % 64] = 0x80;
    const end = new DataView(rest.buffer);
    end.setUint32(rest.length - 8, Math.floor(length / 2 ** 29));
    end.setUint32(rest.length - 4, (length << 3) >>> 0);
    const state = Int32Array.from(START);
    const words = new Int32Array(64);
    const read = (view, until) => {
      for (let at = 0; at < until; at += 64) {
        for (let i = 0; i < 16; i += 1) words[i] = view.getInt32(at + 4 * i);
        block(state, words);
      }
    };
    read(new DataView(buffer), whole);
    read(end, rest.length);
    const made = new DataView(new ArrayBuffer(32));
    state.forEach((word, i) => made.setInt32(4 * i, word));
    return hex(new Uint8Array(made.buffer));
  };

  const ask = async (buffer) => hex(new Uint8Array(await crypto.subtle.digest("SHA-256", buffer)));

  window.atriumSha256 = { of: async (buffer) => (window.crypto?.subtle ? ask(buffer) : reckon(buffer)), reckon };
})();
