// Where the station is: at the top of its address, or below a path that a proxy has given it
// (https://example.org/busguard/). Everywhere else an address is written as if it were at the top.

const TOP = new URL("../../", import.meta.url).pathname; // this file is TOP + static/js/base.js

/** "/api/me" -> what the browser has to ask for. An address with a host stays as it is. */
export const at = (address) => (/^\/(?!\/)/.test(address) ? TOP + address.slice(1) : address);

/** The page that is open: "/alarms". */
export const here = () => `/${location.pathname.slice(TOP.length)}`;

/** Leaves this page for another one. */
export const go = (address) => location.assign(at(address));
