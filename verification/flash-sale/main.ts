import { flag, runCommand, say, wholeNumber, withDefault } from '../command-line.ts';
import { writePage } from './page.ts';
import { PUBLISHED_RUN, salesChart, salesTable, sustainedSales } from './report.ts';

const COMMAND_LINE = {
  command: 'npm run simulate:flash-sale --',
  description:
    'Simulates customers who all want the same item, whose stock is spread over 1 to 64 rows, with the limits that DynamoDB ' +
    'documents, and prints the fastest sale that at least 99 % of the calls get through.',
  options: {
    seed: withDefault(PUBLISHED_RUN.seed, wholeNumber('repeats a run', { least: 0, most: 4_294_967_295 })),
    seconds: withDefault(PUBLISHED_RUN.seconds, wholeNumber('virtual seconds of each sale', { least: 1, most: 3_600 })),
    write: flag('also writes the table and the picture of docs/flash-sale.md'),
  },
};

await runCommand(COMMAND_LINE, async ({ seed, seconds, write }) => {
  const sales = sustainedSales({ seed, seconds });
  const table = salesTable(sales);
  say(table);
  if (write) {
    writePage({ table, picture: salesChart(sales) });
  }
  return 0;
});
