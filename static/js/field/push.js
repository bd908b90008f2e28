/* Part of the field's service worker (it imports this file): a push rings, a touch opens the page.
   What is shown names no person and no place: phones lie about. */

self.addEventListener("push", (event) => {
    let said = {};
    try {
        said = event.data?.json() ?? {};
    } catch {
        // Not ours. Browsers want something shown for each push all the same.
    }
    event.waitUntil(
        self.registration.showNotification(said.title || "…", {
            body: said.body ?? "",
            tag: said.tag ?? "field",
            renotify: true,
            lang: said.lang ?? "",
            dir: said.dir ?? "auto",
            icon: "/static/icons/field-192.png",
            data: { url: said.url ?? "/field/" },
        }),
    );
});

self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    const address = new URL(event.notification.data?.url ?? "/field/", self.location.origin);
    if (address.origin !== self.location.origin) return;
    const show = async () => {
        const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
        const page = open.find((one) => new URL(one.url).pathname === address.pathname);
        return page ? page.focus() : self.clients.openWindow(address.href);
    };
    event.waitUntil(show());
});
