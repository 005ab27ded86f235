/** What a status means for those who look: its colour and its shape. */
export type Tone = 'forward' | 'waiting' | 'done' | 'undone' | 'parked';

/** A tone's sign: nobody has to tell colours apart. */
export function ToneSign({ tone }: { readonly tone: Tone }) {
  return (
    <svg class={`sign tone-${tone}`} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {SIGNS[tone]}
    </svg>
  );
}

const SIGNS = {
  forward: <path d="M2.5 1.5 10 6l-7.5 4.5Z" class="filled" />,
  waiting: <path d="M2.5 1.5h7M2.5 10.5h7M3.5 1.5c0 4 5 5 5 9M8.5 1.5c0 4-5 5-5 9" class="drawn" />,
  done: <path d="m1.5 6.5 3 3 6-7" class="drawn" />,
  undone: <path d="M10.5 8.5v-1a3 3 0 0 0-3-3h-6m0 0 3-3m-3 3 3 3" class="drawn" />,
  parked: <path d="M3.8 1h4.4L11 3.8v4.4L8.2 11H3.8L1 8.2V3.8ZM6 3.5v3M6 8.2v.3" class="drawn" />,
} as const;
