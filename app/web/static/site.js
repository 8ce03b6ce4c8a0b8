// What scripts add to pages that work without them: each module listens on the document, so that a page that was
// exchanged needs nothing to be set up again.
import "./visit.js";
import "./suggest.js";
import "./brush.js";
import "./menu.js";
import "./keys.js";
import "./copy.js";

document.documentElement.classList.add("scripting");
