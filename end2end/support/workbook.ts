// Sheets without a library: what stands in the first sheet of a workbook, and a table as CSV.
import { inflateRawSync } from 'node:zlib';

/** The files of an archive, by name. */
function unzip(bytes: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map((place) => bytes.readUInt16LE(at + place));
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
    const name = bytes.subarray(at + 46, at + 46 + nameLength).toString('utf8');
    files.set(name, bytes.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed));
    at += 46 + nameLength + extraLength + noteLength;
  }
  return files;
}

const SIGNS: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
const plain = (xml: string) => xml.replace(/&(lt|gt|quot|apos|amp);/g, (_, sign: string) => SIGNS[sign]);
const texts = (xml: string) => [...xml.matchAll(/<t(?: [^>]*)?>([^<]*)<\/t>/g)].map((found) => plain(found[1])).join('');

/** The rows of a workbook's first sheet, as texts; what stands in no row is left out. */
export function rowsOf(workbook: Buffer): string[][] {
  const files = unzip(workbook);
  const shared = files.get('xl/sharedStrings.xml')?.toString('utf8') ?? '';
  const strings = [...shared.matchAll(/<si>(.*?)<\/si>/gs)].map((found) => texts(found[1]));
  const sheet = files.get('xl/worksheets/sheet1.xml')!.toString('utf8');
  return [...sheet.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, row]) => {
    const cells: string[] = [];
    for (const [, column, more, content = ''] of row.matchAll(/<c r="([A-Z]+)\d+"([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
      const value = /<v>([^<]*)<\/v>/.exec(content)?.[1] ?? '';
      cells[[...column].reduce((place, letter) => place * 26 + letter.charCodeAt(0) - 64, 0) - 1] = more.includes('t="s"') ? strings[Number(value)] : plain(value) || texts(content);
    }
    return Array.from(cells, (cell) => cell ?? '');
  });
}

/** A table as a spreadsheet saves it. */
export const csv = (rows: string[][]) => ({
  name: 'list.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n') + '\n'),
});
