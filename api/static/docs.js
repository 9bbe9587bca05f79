// Shows the interface's description; the page that loads this has no inline script.
window.addEventListener("load", () => {
  window.SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#docs",
    deepLinking: true,
    // The validator's badge would ask a foreign server.
    validatorUrl: null,
  });
});
