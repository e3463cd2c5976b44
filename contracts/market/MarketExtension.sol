// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ending} from "./Ending.sol";
import {MarketState} from "./MarketState.sol";
import {Providers} from "./Providers.sol";

/// @title MarketExtension
/// @notice The code of a market's rare acts, which does not fit beside the frequent ones under the size limit of contracts
/// (EIP-170). A market deploys its own in its constructor and calls it by delegation for ever; by itself it holds nothing.
contract MarketExtension is Providers, Ending {
    constructor(Parameters memory p) MarketState(p) {
        // Called by itself it has no deals, and can have no providers: nobody's tokens get stuck here by mistake.
        providerCount = type(uint32).max;
    }
}
