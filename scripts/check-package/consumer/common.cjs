const torchlet = require("torchlet");
const extend = require("torchlet/extend");
const { program } = require("./program.js");

program(torchlet, extend).then((numbers) => console.log(JSON.stringify(numbers)));
