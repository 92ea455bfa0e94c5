// How a bus looks on a map: each state has its own shape, its own colour and its own word.
// driving: an arrow in a circle; stopped: a square with two bars; parked: a square with P;
// dark: a diamond with ?; alarm: an octagon with !, larger than all; drill: a white, dashed plate
// with the word itself, not at all like an alarm.

import { t } from "./texts.js";

export const COLOURS = {
  driving: "#0b6e4f",
  stopped: "#8a5a00",
  parked: "#4a5568",
  dark: "#3b1f6b",
  drill: "#0b4f8a",
  alarm: "#b00020",
};
export const STATES = ["alarm", "dark", "drill", "driving", "stopped", "parked"];
const SIZE = { alarm: 17, dark: 13, drill: 11, driving: 12, stopped: 11, parked: 10 };

/** Draws one bus at x, y on a 2D canvas. heading in degrees from north, or null. */
export function drawBus(pen, x, y, show, heading, { chosen = false, stale = false } = {}) {
  const size = SIZE[show];
  pen.save();
  pen.translate(x, y);
  if (chosen) {
    pen.beginPath();
    pen.arc(0, 0, size + 7, 0, 2 * Math.PI);
    pen.lineWidth = 4;
    pen.strokeStyle = "#0b57d0";
    pen.stroke();
  }
  if (show === "drill") { plate(pen, size); return pen.restore(); }
  outline(pen, show, size);
  pen.fillStyle = COLOURS[show];
  pen.fill();
  pen.lineWidth = 2.5;
  pen.strokeStyle = "#fff";
  pen.stroke();
  if (stale) {
    pen.setLineDash([3, 3]);
    pen.lineWidth = 2;
    pen.strokeStyle = "#000";
    pen.stroke();
    pen.setLineDash([]);
  }
  sign(pen, show, size, heading);
  if (show === "alarm" && heading !== null) nose(pen, size, heading);
  pen.restore();
}

function outline(pen, show, size) {
  pen.beginPath();
  if (show === "driving") pen.arc(0, 0, size, 0, 2 * Math.PI);
  else if (show === "dark") polygon(pen, 4, size * 1.25, 0);
  else if (show === "alarm") polygon(pen, 8, size * 1.08, Math.PI / 8);
  else pen.rect(-size * 0.9, -size * 0.9, size * 1.8, size * 1.8);
}

function polygon(pen, corners, radius, turn) {
  for (let i = 0; i < corners; i++) {
    const angle = turn + (2 * Math.PI * i) / corners;
    pen.lineTo(radius * Math.cos(angle), radius * Math.sin(angle));
  }
  pen.closePath();
}

function sign(pen, show, size, heading) {
  pen.fillStyle = "#fff";
  if (show === "driving" && heading !== null) return arrow(pen, size * 0.72, heading);
  if (show === "driving") { pen.beginPath(); pen.arc(0, 0, size * 0.35, 0, 2 * Math.PI); return pen.fill(); }
  if (show === "stopped") {
    pen.fillRect(-size * 0.45, -size * 0.5, size * 0.32, size);
    return pen.fillRect(size * 0.13, -size * 0.5, size * 0.32, size);
  }
  pen.font = `bold ${Math.round(size * 1.35)}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText({ parked: "P", dark: "?", alarm: "!" }[show], 0, size * 0.08);
}

/** The word "drill" on white, in a dashed frame. */
function plate(pen, size) {
  pen.beginPath();
  pen.rect(-size * 1.75, -size * 0.9, size * 3.5, size * 1.8);
  pen.fillStyle = "#fff";
  pen.fill();
  pen.lineWidth = 3;
  pen.setLineDash([5, 3]);
  pen.strokeStyle = COLOURS.drill;
  pen.stroke();
  pen.fillStyle = COLOURS.drill;
  pen.font = `bold ${size * 1.1}px "Noto Sans Thai", Tahoma, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(t("drill"), 0, size * 0.1);
}

function arrow(pen, size, heading) {
  pen.rotate((heading * Math.PI) / 180);
  pen.beginPath();
  pen.moveTo(0, -size);
  pen.lineTo(size * 0.7, size * 0.8);
  pen.lineTo(0, size * 0.4);
  pen.lineTo(-size * 0.7, size * 0.8);
  pen.closePath();
  pen.fill();
}

function nose(pen, size, heading) {
  pen.rotate((heading * Math.PI) / 180);
  pen.fillStyle = COLOURS.alarm;
  pen.beginPath();
  pen.moveTo(0, -size * 1.75);
  pen.lineTo(size * 0.45, -size * 1.1);
  pen.lineTo(-size * 0.45, -size * 1.1);
  pen.closePath();
  pen.fill();
}

/** The circle in which a bus is whose place is not known well. */
export function drawCircle(pen, x, y, radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fillStyle = "rgba(26,32,44,.08)";
  pen.fill();
  pen.strokeStyle = "rgba(26,32,44,.45)";
  pen.lineWidth = 1.5;
  pen.stroke();
}

/** The same picture on a canvas of its own, for the legend and the list. */
export const busPicture = (show, size = 34) => picture(size, (pen) => drawBus(pen, 20, 20, show, show === "driving" ? 45 : null));
export const circlePicture = (size) => picture(size, (pen) => drawCircle(pen, 20, 20, 18));

function picture(size, drawn) {
  const canvas = document.createElement("canvas");
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.height = size * ratio;
  canvas.style.width = canvas.style.height = `${size}px`;
  canvas.setAttribute("aria-hidden", "true");
  const pen = canvas.getContext("2d");
  pen.scale(ratio * (size / 40), ratio * (size / 40));
  drawn(pen);
  return canvas;
}
