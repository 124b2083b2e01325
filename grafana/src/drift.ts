interface ReadPanel {
  id?: number;
  title?: string;
  [member: string]: unknown;
}

interface ReadBoard {
  panels?: ReadPanel[];
  [member: string]: unknown;
}

/**
 * Says in words how a board's file differs from what the code makes: which panels were edited, added, removed or moved, and in
 * which of their members.
 */
export function describeDifference(wanted: string, found: string | null): string {
  if (found === null) return "is missing";
  let edited: ReadBoard;
  try {
    edited = JSON.parse(found) as ReadBoard;
  } catch {
    return "is no JSON";
  }
  const made = JSON.parse(wanted) as ReadBoard;
  const differences = [...panelDifferences(made.panels ?? [], edited.panels ?? []), ...boardDifferences(made, edited)];
  return differences.length === 0 ? "is laid out differently" : differences.join("; ");
}

function panelDifferences(made: readonly ReadPanel[], edited: readonly ReadPanel[]): string[] {
  const editedById = new Map(edited.map((panel) => [panel.id, panel]));
  const madeIds = new Set(made.map(({ id }) => id));
  return [
    ...made.flatMap((panel) => {
      const found = editedById.get(panel.id);
      if (found === undefined) return [`panel "${panel.title}" was removed`];
      const members = differingMembers(panel, found);
      return members.length === 0 ? [] : [`panel "${panel.title}" was edited (${members.join(", ")})`];
    }),
    ...edited.filter(({ id }) => !madeIds.has(id)).map(({ title }) => `panel "${title}" was added`),
  ];
}

function boardDifferences(made: ReadBoard, edited: ReadBoard): string[] {
  const members = differingMembers({ ...made, panels: null }, { ...edited, panels: null });
  return members.length === 0 ? [] : [`the board was edited (${members.join(", ")})`];
}

function differingMembers(made: Record<string, unknown>, edited: Record<string, unknown>): string[] {
  const members = new Set([...Object.keys(made), ...Object.keys(edited)]);
  return [...members].filter((member) => JSON.stringify(made[member]) !== JSON.stringify(edited[member]));
}
