/** Addresses in settings, as they may be printed. */

/** Every address in the text without the password in it, whatever the password is. */
export function withoutPassword(text: string): string {
  return text.replace(
    /([a-z][a-z0-9+.-]{0,24}:\/\/[^\s:@/]{0,256}:)[^\s/]{1,512}@/gi,
    "$1MASKED_ADDRESS_PASSWORD@",
  );
}
