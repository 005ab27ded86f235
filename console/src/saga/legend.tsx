const SHAPES = [
  { role: 'forward', name: 'step', shape: <rect x="1" y="1" width="20" height="10" rx="3" /> },
  { role: 'waiting', name: 'waits for somebody', shape: <rect x="1" y="1" width="20" height="10" rx="5" /> },
  { role: 'undo', name: 'undoes', shape: <path d="M1 6 6 1h15v10H6Z" /> },
  { role: 'parking', name: 'needs attention', shape: <path d="M4 1h14l3 3v4l-3 3H4L1 8V4Z" /> },
] as const;

/** What the shapes of the drawing mean. */
export function Legend() {
  return (
    <ul class="legend" aria-label="Shapes of the drawing">
      {SHAPES.map(({ role, name, shape }) => (
        <li key={role} class={`role-${role}`}>
          <svg viewBox="0 0 22 12" width="22" height="12" aria-hidden="true">
            {shape}
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
