const PAGE_SIZE = 20;

const page = {
  title: document.getElementById("articles-title"),
  articles: document.getElementById("articles"),
  articlesStatus: document.getElementById("articles-status"),
  retry: document.getElementById("retry"),
  tags: document.getElementById("tags"),
  tagsStatus: document.getElementById("tags-status"),
  version: document.getElementById("version"),
  commit: document.getElementById("commit"),
};

let chosenTag;
let latestRequest = 0;

async function getJson(path) {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

/** Text only ever goes through textContent: what authors write can never become markup. */
function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className !== undefined) made.className = className;
  return made;
}

async function showVersion() {
  try {
    const { version, commit } = await getJson("version");
    page.version.textContent = version;
    page.commit.textContent = commit.slice(0, 12);
    page.commit.title = commit;
  } catch {
    page.version.textContent = "not available";
    page.commit.textContent = "not available";
  }
}

async function showArticles() {
  latestRequest += 1;
  const request = latestRequest;
  page.title.textContent = chosenTag === undefined ? "Latest articles" : `Tagged “${chosenTag}”`;
  page.retry.hidden = true;
  const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
  if (chosenTag !== undefined) query.set("tag", chosenTag);
  try {
    const { articles, articlesCount } = await getJson(`api/articles?${query}`);
    // Somebody chose another tag meanwhile: that answer is the one to show.
    if (request !== latestRequest) return;
    page.articles.replaceChildren(...articles.map(articleItem));
    page.articlesStatus.textContent = describeCount(articles.length, articlesCount);
  } catch {
    if (request !== latestRequest) return;
    page.articles.replaceChildren();
    page.articlesStatus.textContent = "The articles could not be loaded just now.";
    page.retry.hidden = false;
  }
}

function describeCount(shown, total) {
  if (total === 0) return "Nothing here yet: the first article is still to be written.";
  return shown < total ? `The newest ${shown} of ${total}.` : "";
}

function articleItem({ title, description, author, createdAt, tagList }) {
  const article = element("article");
  const byline = element("p", `${author.username}, `, "byline");
  const time = element(
    "time",
    new Date(createdAt).toLocaleDateString(undefined, { dateStyle: "long" }),
  );
  time.dateTime = createdAt;
  byline.append(time);
  article.append(element("h3", title), byline, element("p", description));
  if (tagList.length > 0) {
    const tags = element("ul", undefined, "tag-list");
    tags.setAttribute("aria-label", "Tags");
    tags.append(...tagList.map((tag) => element("li", tag)));
    article.append(tags);
  }
  const item = element("li");
  item.append(article);
  return item;
}

async function showTags() {
  try {
    const { tags } = await getJson("api/tags");
    page.tags.replaceChildren(...tags.map(tagItem));
    page.tagsStatus.textContent = tags.length === 0 ? "No tags yet." : "";
  } catch {
    page.tagsStatus.textContent = "The tags could not be loaded just now.";
  }
}

function tagItem(tag) {
  const button = element("button", tag);
  button.type = "button";
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => chooseTag(tag));
  const item = element("li");
  item.append(button);
  return item;
}

/** Choosing the chosen tag again takes it back. */
function chooseTag(tag) {
  chosenTag = tag === chosenTag ? undefined : tag;
  for (const button of page.tags.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.textContent === chosenTag));
  }
  showArticles();
}

page.retry.addEventListener("click", () => {
  showArticles();
  showTags();
});

showVersion();
showArticles();
showTags();
