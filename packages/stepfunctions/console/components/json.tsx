import { useState } from 'preact/hooks';

/** Data of a step: folded, and to be copied. */
export function Json({
  title,
  value,
  isOpen = false,
}: {
  readonly title: string;
  readonly value: unknown;
  readonly isOpen?: boolean;
}) {
  const text = JSON.stringify(value, null, 2);
  return (
    <details class="json" open={isOpen}>
      <summary>
        {title} <span class="muted">{brief(value)}</span>
      </summary>
      <div class="json-body">
        <Copy text={text} what={title.toLowerCase()} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach it */}
        <pre tabIndex={0}>{text}</pre>
      </div>
    </details>
  );
}

const COPIED_MS = 1_500;

/** A button that copies a text. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <button
      type="button"
      class="copy"
      aria-label={isCopied ? `${what} copied` : `Copy ${what}`}
      onClick={() => {
        void navigator.clipboard?.writeText(text).then(() => {
          setCopied(true);
          setTimeout(() => setCopied(false), COPIED_MS);
        });
      }}
    >
      {isCopied ? 'Copied' : 'Copy'}
    </button>
  );
}

function brief(value: unknown): string {
  if (Array.isArray(value)) {
    return `${value.length} entries`;
  }
  if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value);
    return names.slice(0, 4).join(', ') + (names.length > 4 ? ', …' : '');
  }
  return String(value);
}
