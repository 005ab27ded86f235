import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

/** Properties of a dialog in which a person decides something. */
export interface DecisionProperties {
  readonly title: string;
  /** What happens then. */
  readonly children: ComponentChildren;
  /** The button's text. */
  readonly decision: string;
  readonly isGrave?: boolean;
  /** A text that the decision needs, such as a reason. */
  readonly asks?: { readonly label: string; readonly hint?: string };
  /** @throws Error whose message the dialog shows */
  readonly onDecide: (text: string) => Promise<void>;
  readonly onClose: () => void;
}

/** A dialog that says what an action will do, and does it when the person says so. */
export function Decision({ title, children, decision, isGrave = false, asks, onDecide, onClose }: DecisionProperties) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const decide = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await onDecide(text.trim());
      dialog.current?.close();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} class="decision" aria-labelledby={heading} onClose={onClose}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          void decide();
        }}
      >
        <h2 id={heading}>{title}</h2>
        <div class="consequence">{children}</div>
        {asks !== undefined && (
          <label class="field">
            <span>{asks.label}</span>
            <input required maxLength={200} value={text} onInput={(event) => setText(event.currentTarget.value)} />
            {asks.hint !== undefined && <small>{asks.hint}</small>}
          </label>
        )}
        {failure !== undefined && (
          <p class="failure-note" role="alert">
            {failure}
          </p>
        )}
        <div class="buttons">
          <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
            Back
          </button>
          <button type="submit" class={isGrave ? 'grave' : 'main'} disabled={isBusy}>
            {isBusy ? 'Working …' : decision}
          </button>
        </div>
      </form>
    </dialog>
  );
}
