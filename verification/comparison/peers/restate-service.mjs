// The programs of the comparison as a service of Restate's. PORT and SDK (the folder of its SDK) come from the environment.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { PORT, SDK } = process.env;
const sdk = createRequire(`${SDK}/package.json`).resolve('@restatedev/restate-sdk');
const restate = await import(pathToFileURL(sdk).href);

async function nothing() {}

const program = restate.workflow({
  name: 'Program',
  handlers: {
    run: async (context, { program, failUntil }) => {
      switch (program) {
        case 'passes':
          return;
        case 'tasks':
          for (let step = 0; step < 10; step += 1) {
            await context.run(`step${step}`, nothing);
          }
          return;
        case 'wait':
          return context.sleep(5_000);
        case 'long-wait':
          return context.sleep(3_600_000);
        case 'retry':
          return context.run(
            'step',
            async () => {
              if (Date.now() < failUntil) {
                throw new Error('the first time');
              }
            },
            { initialRetryInterval: 4_000, maxRetryAttempts: 5 },
          );
        case 'token':
          return context.promise('answer');
        case 'map':
          for (let item = 0; item < 5; item += 1) {
            await context.sleep(1_000);
          }
          return;
        default:
          throw new restate.TerminalError(`no such program: ${program}`);
      }
    },
    answer: async (context) => {
      await context.promise('answer').resolve('yes');
    },
  },
});

await restate.serve({ services: [program], port: Number(PORT) });
