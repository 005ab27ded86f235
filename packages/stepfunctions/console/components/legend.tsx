const SHAPES = [
  { role: 'forward', shape: <rect x="1" y="1" width="20" height="10" rx="3" /> },
  { role: 'waiting', shape: <rect x="1" y="1" width="20" height="10" rx="5" /> },
  { role: 'undo', shape: <path d="M1 6 6 1h15v10H6Z" /> },
  { role: 'parking', shape: <path d="M4 1h14l3 3v4l-3 3H4L1 8V4Z" /> },
  { role: 'stack', shape: <path d="M1 3h17v8H1ZM4 3V1h17v8h-3" /> },
] as const;

/** What the shapes mean; one without a name is left out. */
export type LegendNames = Readonly<Partial<Record<(typeof SHAPES)[number]['role'], string>>>;

/** What the shapes of the drawing mean. */
export function Legend({ names }: { readonly names: LegendNames }) {
  return (
    <ul class="legend" aria-label="Shapes of the drawing">
      {SHAPES.filter(({ role }) => names[role] !== undefined).map(({ role, shape }) => (
        <li key={role} class={`role-${role}`}>
          <svg viewBox="0 0 22 12" width="22" height="12" aria-hidden="true">
            {shape}
          </svg>
          {names[role]}
        </li>
      ))}
    </ul>
  );
}
