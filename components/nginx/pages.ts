/** A page that people can read, in one line. */
export const page = (title: string, text: string) =>
  "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>" +
  `<title>${title}</title><style>body{font:1.1rem system-ui;margin:20vh auto;max-width:32rem;` +
  `padding:1rem}</style><h1>${title}</h1><p>${text}</p></html>`;

/** The page for when the app is away. */
export const UNAVAILABLE = `  location @unavailable {
    default_type text/html;
    return 502 "${page("This service is not available", "It may be back in a moment. Please try again.")}";
  }
`;
