// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStorageMarket} from "../../../contracts/interfaces/IStorageMarket.sol";
import {Acts} from "../support/Acts.sol";
import {World} from "../support/World.sol";

/// @notice Parties who do what they may, and nothing else.
contract ValidHandler is Acts {
    constructor(IStorageMarket market_) World(market_) {}
}
