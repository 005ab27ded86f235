import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../docs/flash-sale.md', import.meta.url));
const PICTURE = fileURLToPath(new URL('../../docs/images/flash-sale.svg', import.meta.url));
/** An HTML comment on each side marks the table. */
const TABLE = /(?<=<!-- npm run simulate:flash-sale -- --write -->\n).*?(?=\n<!-- end of the table -->)/s;

/** What `docs/flash-sale.md` shows of the simulation. */
export interface FlashSalePage {
  readonly table: string;
  readonly picture: string;
}

/** The page's table and picture as they are. */
export function readPage(): FlashSalePage {
  const [table = ''] = TABLE.exec(readFileSync(PAGE, 'utf8')) ?? [];
  return { table, picture: readFileSync(PICTURE, 'utf8') };
}

/** Replaces the page's table and picture. */
export function writePage({ table, picture }: FlashSalePage): void {
  writeFileSync(
    PAGE,
    readFileSync(PAGE, 'utf8').replace(TABLE, () => table),
  );
  writeFileSync(PICTURE, picture);
}
