/** In scripts of the POSIX shell: the first line of a list. A pipe would end well without Docker, as if nothing were there. */
export const FIRST = 'first() { list=$("$@"); printf "%s\\n" "$list" | head -n 1; }';
