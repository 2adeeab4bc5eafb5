"use strict";
// Before the first paint: a page opened as report.html#blind never shows an answer.
if (location.hash === "#blind") document.documentElement.classList.add("at-desk");
