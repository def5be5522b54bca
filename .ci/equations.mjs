// Typesets the equations of the site's pages with KaTeX, when the site is built: readers get no program, and what cannot be
// typeset is an error here.
// Usage: node equations.mjs PAGES SITE KATEX, the Markdown of the pages, what MkDocs made of it, KaTeX's folder.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [pages, site, folder] = process.argv.slice(2);
const katex = createRequire(import.meta.url)(path.resolve(folder, "dist/katex.min.js"));

const files = (root, ending) => readdirSync(root, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(root, name));

// how many equations, and symbols in the text, the authors wrote
function written(text) {
    let fence = null;
    let displays = 0;
    const prose = [];
    for (const line of text.split("\n")) {
        const mark = line.match(/^ *```(.*)$/);
        if (mark && fence === null) {
            fence = mark[1].trim();
            displays += fence === "math" ? 1 : 0;
        } else if (mark) {
            fence = null;
        } else if (fence === null) {
            prose.push(line.replace(/`[^`]+`/g, ""));
        }
    }
    return [displays, [...prose.join("\n").matchAll(/\$[^\s$](?:[^$\n]*[^\s$])?\$/g)].length];
}

const characters = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
const marked = /<(span|div) class="arithmatex">\\([([])(.*?)\\[)\]]<\/\1>/gs;

const typeset = [0, 0];
for (const file of files(site, ".html")) {
    const before = readFileSync(file, "utf8");
    const after = before.replace(marked, (_, element, open, formula) => {
        const displayMode = open === "[";
        typeset[displayMode ? 0 : 1] += 1;
        const latex = formula.replace(/&(?:amp|lt|gt|quot|#39);/g, (name) => characters[name]);
        try {
            const html = katex.renderToString(latex, { displayMode, throwOnError: true, strict: "error" });
            return `<${element} class="equation">${html}</${element}>`;
        } catch (error) {
            throw new Error(`${file}: ${latex}: ${error.message}`);
        }
    });
    if (after.includes("arithmatex")) {
        throw new Error(`${file}: an equation was left as text`);
    }
    if (after !== before) {
        writeFileSync(file, after);
    }
}

const wanted = files(pages, ".md")
    .map((file) => written(readFileSync(file, "utf8")))
    .reduce((sum, [displays, inline]) => [sum[0] + displays, sum[1] + inline], [0, 0]);
if (wanted.some((count, kind) => count !== typeset[kind])) {
    throw new Error(`equations, symbols in the text: ${wanted} were written, ${typeset} typeset`);
}
console.log(`${typeset[0]} equations, ${typeset[1]} symbols in the text`);
