"use strict";
// Draws the charts of a report of onset from the data in the page. Everything that a chart shows also stands in a table.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const charts = {};
  const redraw = [];

  const axis = (label) => ({ label, stroke: () => colour("--text"), grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { stroke: () => colour("--line") }, labelSize: 26, font: "12px system-ui", labelFont: "13px system-ui" });
  const width = (place) => Math.max(280, place.clientWidth);
  const short = (value) => value == null ? "" : Number(value.toPrecision(5)).toString();

  function chart(name, options, values) {
    const place = document.getElementById(name);
    const all = { width: width(place), height: 320, legend: { live: true }, pxAlign: 0, ...options };
    const made = new uPlot(all, values, place);
    charts[name] = made;
    redraw.push(() => made.setSize({ width: width(place), height: all.height }));
    return made;
  }

  // lines that stand at a place: dashed edges, outliers as stems
  function uprights(u, marks) {
    const ctx = u.ctx, ratio = devicePixelRatio || 1;
    ctx.save();
    ctx.beginPath();
    ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    ctx.clip();
    for (const mark of marks) {
      const x = u.valToPos(mark.x, "x", true);
      const top = u.bbox.top + u.bbox.height * (1 - mark.height);
      ctx.strokeStyle = ctx.fillStyle = colour(mark.colour);
      ctx.lineWidth = 2 * ratio;
      ctx.setLineDash(mark.dash ? [6 * ratio, 4 * ratio] : []);
      ctx.beginPath(); ctx.moveTo(x, u.bbox.top + u.bbox.height); ctx.lineTo(x, top); ctx.stroke();
      if (!mark.dash) { ctx.beginPath(); ctx.arc(x, top, 4 * ratio, 0, 2 * Math.PI); ctx.fill(); }
    }
    ctx.restore();
  }

  function bars(u, points, name) {
    const ctx = u.ctx, ratio = devicePixelRatio || 1;
    ctx.save();
    ctx.strokeStyle = colour(name); ctx.lineWidth = 1.3 * ratio;
    for (const [x, y, error] of points) {
      const at = u.valToPos(x, "x", true);
      const ends = [y - 2 * error, y + 2 * error].map((v) => u.valToPos(v, "y", true));
      ctx.beginPath(); ctx.moveTo(at, ends[0]); ctx.lineTo(at, ends[1]); ctx.stroke();
    }
    ctx.restore();
  }

  function ladder() {
    const rungs = data.nn.ladder.filter((rung) => rung.steps > 0 && rung.delta_nn != null);
    if (rungs.length < 2) return;
    const level = (value) => rungs.map(() => value);
    const start = data.nn.ladder.find((rung) => rung.steps === 0);
    const series = [{ label: "T" }, { label: "δ_NN(T)", stroke: () => colour("--bulk"), width: 2, points: { show: true, size: 7 } }];
    const values = [rungs.map((rung) => rung.steps), rungs.map((rung) => rung.delta_nn)];
    const add = (label, value, name, dash) => {
      if (value == null) return;
      series.push({ label, stroke: () => colour(name), width: 1.5, dash, points: { show: false } });
      values.push(level(value));
    };
    add("δ_alg", data.nn.delta_alg, "--text", [2, 4]);
    add("δ_NN(0)", start && start.delta_nn, "--faint", [6, 4]);
    add("δ_NN", data.nn.delta_nn.value, "--outlier", [8, 4]);
    const points = rungs.map((rung) => [rung.steps, rung.delta_nn, rung.std_error || 0]);
    const ends = [values[0][0] / 1.2, values[0][values[0].length - 1] * 1.2];
    const ticks = { splits: () => values[0], filter: (u, splits) => splits, values: (u, splits) => splits };
    chart("ladder", { series, scales: { x: { time: false, distr: 3, range: ends }, y: { range: (u, low, high) => [0, high * 1.08] } },
      axes: [{ ...axis("steps T"), ...ticks }, axis("n/d")], hooks: { draw: [(u) => bars(u, points, "--bulk")] } }, values);
  }

  function spectrum() {
    const slider = document.getElementById("delta"), steps = document.getElementById("steps");
    if (!slider) return;
    let frame;
    const all = data.spectra.flatMap((of) => of.frames);
    // far below the threshold the bulk is wide, and may leave the picture
    const near = data.spectra.flatMap((of) => of.frames.slice(Math.floor(of.frames.length / 3)));
    const marks = near.flatMap((f) => [f.left_edge, f.right_edge, ...f.outliers.map((o) => o.value)]).filter((x) => x != null);
    const low = Math.min(...marks), high = Math.max(...marks), room = 0.06 * (high - low);
    const heights = all.flatMap((f) => f.density.map((p) => p[1])).sort((a, b) => a - b);
    const top = 1.2 * heights[Math.floor(0.985 * (heights.length - 1))];
    const values = (f) => [f.density.map((p) => p[0]), f.density.map((p) => Math.min(p[1], top))];
    const pick = () => data.spectra[Number(steps.value)].frames[Number(slider.value)];
    frame = pick();
    const draw = (u) => {
      const edge = (x) => ({ x, colour: "--text", dash: true, height: 1 });
      const stems = frame.outliers.map((o) => ({ x: o.value, colour: "--outlier", height: 0.25 + 0.6 * o.overlap }));
      uprights(u, [frame.left_edge, frame.right_edge].filter((x) => x != null).map(edge).concat(stems));
    };
    const made = chart("spectrum", { series: [{ label: "λ" }, { label: "ρ(λ)", stroke: () => colour("--bulk"), width: 2,
      fill: () => colour("--bulk") + "33", points: { show: false } }], scales: { x: { time: false, range: [low - room, high + room] },
      y: { range: [0, top] } }, axes: [axis("eigenvalue λ"), axis("density ρ(λ)")], hooks: { draw: [draw] } }, values(frame));
    const show = () => {
      frame = pick();
      made.setData(values(frame));
      const lowest = frame.outliers[0];
      const words = lowest
        ? `${frame.outliers.length} outlier${frame.outliers.length > 1 ? "s" : ""} left of the bulk, the lowest at ${short(lowest.value)} with overlap ${short(lowest.overlap)}`
        : "no outlier left of the bulk carries hard directions";
      const bulk = frame.left_edge == null || frame.right_edge == null ? "the bulk has no end"
        : `the bulk reaches from ${short(frame.left_edge)} to ${short(frame.right_edge)}`;
      const text = `n/d = ${short(frame.delta)}: ${words}; ${bulk}`;
      document.getElementById("frame").textContent = text;
      slider.setAttribute("aria-valuetext", text);
    };
    slider.addEventListener("input", show);
    steps.addEventListener("change", show);
    show();
  }

  function dynamics() {
    const of = data.dynamics;
    if (!of || of.steps.length < 2) return;
    const line = (label, name, dash) => ({ label, stroke: () => colour(name), width: 2, dash, points: { show: false } });
    chart("losses", { height: 260, series: [{ label: "t" }, line("training samples", "--bulk"), line("fresh samples", "--outlier", [8, 4])],
      scales: { x: { time: false } }, axes: [axis("step t"), axis("mean loss")] }, [of.steps, of.train_loss, of.test_loss]);
    if (of.hard_growth_trace && of.hard_growth_trace.length) {
      chart("growth", { height: 260, series: [{ label: "t" }, line("Tr q_V", "--other"), line("gradient norm", "--bulk", [8, 4])],
        scales: { x: { time: false }, y: { distr: 3 } }, axes: [axis("step t"), axis("Tr q_V, |∇R|")] },
        [of.steps, of.hard_growth_trace, of.gradient_norm]);
    }
  }

  ladder(); spectrum(); dynamics();
  addEventListener("resize", () => redraw.forEach((each) => each()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => Object.values(charts).forEach((c) => c.redraw(false)));
  window.onsetReport = { data, charts };
})();
