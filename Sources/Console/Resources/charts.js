// Draws the charts from the data that pages carry, in the colours of tokens.css.
(function () {
  "use strict";
  if (!window.echarts) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const drawn = [];

  function token(name) {
    return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  }

  function faded(colour, share) {
    return "color-mix(in srgb, " + colour + " " + share + "%, transparent)";
  }

  // Canvas takes no color-mix: let the browser work it out.
  function resolved(colour) {
    const probe = document.createElement("i");
    probe.style.color = colour;
    document.body.append(probe);
    const result = getComputedStyle(probe).color;
    probe.remove();
    const parts = /color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)/.exec(result);
    if (!parts) return result;
    const channels = parts.slice(1, 4).map(function (part) { return Math.round(part * 255); });
    return "rgba(" + channels.join(",") + "," + (parts[4] === undefined ? 1 : parts[4]) + ")";
  }

  function tooltip(data) {
    return {
      trigger: "axis", renderMode: "richText", confine: true,
      backgroundColor: token("raised"), borderColor: token("border"), padding: 10,
      textStyle: { color: token("ink"), fontFamily: token("font"), fontSize: 12, lineHeight: 18 },
      axisPointer: { type: data.kind === "bars" ? "shadow" : "line", lineStyle: { color: token("muted"), type: "dotted" }, shadowStyle: { color: resolved(faded(token("ink"), 5)) } },
      formatter: function (points) {
        const index = points[0].dataIndex;
        return data.labels[index] + data.series.map(function (series) {
          return "\n" + series.name + "  " + series.texts[index];
        }).join("");
      }
    };
  }

  // Whether the axis goes to 100%: for curves, and for shares that come near it.
  function isWhole(data) {
    return data.kind === "curve" || data.share && data.series.some(function (series) {
      return series.values.some(function (value) { return value > 0.75; });
    });
  }

  function line(data, series) {
    const colour = token(series.colour);
    const last = series.values.length - 1;
    const isCurve = data.kind === "curve";
    const marks = new Set(data.marks);
    return {
      name: series.name, type: "line", smooth: isCurve ? false : 0.2, data: series.values.map(function (value, index) {
        const isMark = isCurve ? marks.has(index) : !isCurve;
        const isOpen = data.partial && index === last;
        return {
          value: value, symbol: isMark ? "circle" : "none", symbolSize: isCurve ? 7 : 5,
          itemStyle: isOpen ? { color: token("surface"), borderColor: colour, borderWidth: 1.5 } : { color: colour }
        };
      }),
      showAllSymbol: true, lineStyle: { color: colour, width: 2 },
      areaStyle: { color: resolved(faded(colour, 10)) }, emphasis: { disabled: true },
      endLabel: isCurve ? { show: false } : undefined
    };
  }

  function bars(data, series, isTop) {
    const last = series.values.length - 1;
    return {
      name: series.name, type: "bar", stack: "all", barMaxWidth: 32, emphasis: { disabled: true },
      data: series.values.map(function (value, index) {
        return {
          value: value,
          itemStyle: {
            color: token(series.colour), borderRadius: isTop ? [3, 3, 0, 0] : 0,
            opacity: data.partial && index === last ? 0.5 : 1
          }
        };
      })
    };
  }

  function option(data) {
    const muted = token("muted");
    const font = { color: muted, fontFamily: token("font"), fontSize: 11 };
    return {
      animation: !still, animationDuration: 300, textStyle: font,
      color: data.series.map(function (series) { return token(series.colour); }),
      aria: { enabled: false },
      grid: { left: 8, right: 16, top: data.series.length > 1 ? 32 : 12, bottom: 4, containLabel: true },
      legend: data.series.length > 1 ? { left: 0, top: 0, itemWidth: 10, itemHeight: 10, icon: "roundRect", textStyle: font } : undefined,
      tooltip: tooltip(data),
      xAxis: {
        type: "category", data: data.axis, boundaryGap: data.kind === "bars",
        axisLine: { lineStyle: { color: token("border") } }, axisTick: { show: false },
        axisLabel: { color: muted, fontFamily: token("font"), fontSize: 11, lineHeight: 14, hideOverlap: true }
      },
      yAxis: {
        type: "value", splitNumber: 3, min: 0,
        max: isWhole(data) ? 1 : undefined, interval: isWhole(data) ? 0.25 : undefined,
        splitLine: { lineStyle: { color: token("border") } },
        axisLabel: { color: muted, fontFamily: token("font"), fontSize: 11, formatter: data.share ? function (value) { return Math.round(value * 100) + "%"; } : undefined }
      },
      series: data.series.map(function (series, index) {
        return data.kind === "bars" ? bars(data, series, index === data.series.length - 1) : line(data, series);
      })
    };
  }

  document.querySelectorAll("[data-chart]").forEach(function (figure) {
    const data = JSON.parse(document.getElementById("chart-" + figure.dataset.chart).textContent);
    figure.classList.add("drawn");
    const chart = echarts.init(figure.querySelector(".canvas"), null, { renderer: "canvas" });
    chart.setOption(option(data));
    chart.getZr().on("click", function (event) {
      const point = chart.convertFromPixel({ seriesIndex: 0 }, [event.offsetX, event.offsetY]);
      const path = point && data.paths[Math.round(point[0])];
      if (path && "linked" in figure.dataset) location.assign(path);
    });
    new ResizeObserver(function () { chart.resize(); }).observe(figure);
    drawn.push({ chart: chart, data: data });
  });

  function redraw() {
    drawn.forEach(function (one) { one.chart.setOption(option(one.data), true); });
  }
  document.addEventListener("perennial:theme", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
})();
