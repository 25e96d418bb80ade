// What a reader can take along.

export function downloads() {
  return [];
}
