"""TensorFlow.js on its processor backend, in Node."""

import json
import os
import subprocess
from pathlib import Path

FOLDER = Path(os.environ["MOMENTS_SET"])
CORE = FOLDER / "node_modules" / "@tensorflow" / "tfjs-core"
VERSION = json.loads((CORE / "package.json").read_text("utf-8"))["version"]
DTYPE = "float32"
ORDER = {
    "adam": ["learningRate", "beta1", "beta2", "epsilon"],
    "rmsprop": ["learningRate", "decay", "momentum", "epsilon", "centered"],
    "momentum": ["learningRate", "momentum", "useNesterov"],
}
SCRIPT = """
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');
const it = JSON.parse(require('fs').readFileSync(0));
const rest = it.arguments.map((x) => x === null ? undefined : x);
const theta = tf.variable(tf.tensor1d(it.theta), true, 'theta');
const optimizer = tf.train[it.name](...rest);
const path = it.gradients.map((g, t) => {
  if (it.lrs && optimizer.setLearningRate) optimizer.setLearningRate(it.lrs[t]);
  else if (it.lrs) optimizer.learningRate = it.lrs[t];
  optimizer.applyGradients([{name: 'theta', tensor: tf.tensor1d(g)}]);
  return Array.from(theta.dataSync()).map((x) => Number.isNaN(x) ? null : x);
});
console.log(JSON.stringify(path));
"""


def path(case):
    name = case["call"].split(".")[-1]
    given = {"name": name, "lrs": case["lrs"], "theta": case["theta"].tolist(),
             "gradients": [g.tolist() for g in case["gradients"]],
             "arguments": [case["arguments"].get(word) for word in ORDER[name]]}
    done = subprocess.run(["node", "-e", SCRIPT], input=json.dumps(given), cwd=FOLDER,
                          capture_output=True, text=True, check=True)
    points = json.loads(done.stdout.strip().splitlines()[-1])
    return [[float("nan") if x is None else x for x in theta] for theta in points]
