/** Whether a name can only mean something directly inside its folder. */
export function isOneName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}
