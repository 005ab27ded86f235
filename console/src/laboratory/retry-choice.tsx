import { announce } from 'resilient-stepfunctions/console';
import { change, type Laboratory, type RetryPatience } from './laboratory.ts';

const CHOICES: readonly { readonly patience: RetryPatience; readonly words: string }[] = [
  { patience: 'as_deployed', words: 'as deployed, for up to five minutes' },
  { patience: 'quick', words: 'quickly, for some ten seconds' },
];

/** Properties of the choice. */
export interface RetryChoiceProperties {
  readonly laboratory: Laboratory;
  readonly refresh: () => void;
}

/** How long the steps of new orders are tried again before an order parks. */
export function RetryChoice({ laboratory, refresh }: RetryChoiceProperties) {
  const choose = async (patience: RetryPatience, words: string): Promise<void> => {
    if ((await change(laboratory, 'retries', { patience })) !== undefined) {
      announce(`New orders try again ${words}.`);
    }
    refresh();
  };
  return (
    <fieldset class="choices retries">
      <legend>New orders try a failed step again</legend>
      {CHOICES.map(({ patience, words }) => (
        <label key={patience}>
          <input
            type="radio"
            name="patience"
            checked={laboratory.patience === patience}
            onChange={() => void choose(patience, words)}
          />
          {words}
        </label>
      ))}
    </fieldset>
  );
}
