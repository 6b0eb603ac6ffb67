// sharp's side of `cargo xtask bench images`: is told line by line which photos to make ready, and how many at once.
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import sharp from 'sharp';

// What was decoded once is not decoded again in a shop either: each photo comes once.
sharp.cache(false);

const SIZES = [['s', 320, 68], ['m', 640, 68], ['l', 1280, 78]];
const JPEG_QUALITY = 82;
// As the shop's encoder writes it.
const JPEG = { quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' };
const narrow = (photo, width) => photo.resize({ width, withoutEnlargement: true });

const ways = {
  // As its manual shows it: every size from the original, which is decoded at a part of its size where the format can.
  async clones(bytes) {
    const photo = sharp(bytes).autoOrient();
    const made = SIZES.map(([name, width, quality]) => [name, narrow(photo.clone(), width).webp({ quality })]);
    made.push(['jpeg', narrow(photo.clone(), SIZES[2][1]).jpeg(JPEG)]);
    return Promise.all(made.map(async ([name, photo]) => [name, await photo.toBuffer()]));
  },
  // As the shop does it: decoded once, the smaller sizes from the next larger one.
  async steps(bytes) {
    const pixels = async (photo) => {
      const { data, info } = await photo.raw().toBuffer({ resolveWithObject: true });
      return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
    };
    const large = await pixels(narrow(sharp(bytes).autoOrient(), SIZES[2][1]));
    const middle = await pixels(narrow(large.clone(), SIZES[1][1]));
    const small = narrow(middle.clone(), SIZES[0][1]);
    const made = [small, middle, large].map((photo, at) => [SIZES[at][0], photo.clone().webp({ quality: SIZES[at][2] })]);
    made.push(['jpeg', large.clone().jpeg(JPEG)]);
    return Promise.all(made.map(async ([name, photo]) => [name, await photo.toBuffer()]));
  },
};

async function work({ jobs, files, keep, way }) {
  // Threads of one photo and photos at once together are the cores there are.
  sharp.concurrency(Math.max(1, Math.floor(availableParallelism() / jobs)));
  const each = [];
  let next = 0;
  const begun = performance.now();
  const run = async () => {
    while (next < files.length) {
      const file = files[next++];
      const started = performance.now();
      const made = await ways[way](await readFile(file));
      each.push(performance.now() - started);
      if (keep && file === files[0]) {
        for (const [name, bytes] of made) await writeFile(join(keep, name), bytes);
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, run));
  return { took_ms: performance.now() - begun, each_ms: each };
}

// Raw pixels become the files that telephones send: JPEG with halved colour, PNG, WebP.
async function prepare({ prepare: { raw, width, height, to } }) {
  const photo = sharp(await readFile(raw), { raw: { width, height, channels: 3 } });
  const encoded = to.endsWith('.png') ? photo.png({ compressionLevel: 6 })
    : to.endsWith('.webp') ? photo.webp({ quality: 90 })
    : photo.jpeg({ quality: 92, chromaSubsampling: '4:2:0', optimiseCoding: false });
  await encoded.toFile(to);
  return { took_ms: 0, each_ms: [] };
}

if (process.argv[2] === '--version') {
  console.log(`sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}, Node ${process.versions.node}`);
} else {
  for await (const line of createInterface({ input: process.stdin })) {
    const told = JSON.parse(line);
    console.log(JSON.stringify(await (told.prepare ? prepare(told) : work(told))));
  }
}
